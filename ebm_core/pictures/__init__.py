"""Pictures that people bring: from folders, archives, arrays, and files of known sets."""

from ebm_core.pictures.limits import BadPictures
from ebm_core.pictures.reading import PictureSet, read_pictures

__all__ = ["BadPictures", "PictureSet", "read_pictures"]
