"""What browsers reach: routes, the page's socket, files, and who may talk."""
