/** Whether the page and the server are of one version. */

/** The page's own, written in when it is built; none where it is not. */
const OWN = import.meta.env.VITE_VERSION as string | undefined;
/** That of a server which runs from a folder that is not installed. */
const UNKNOWN = "0+source";

/** What is said where the server is older or newer than the page; null where they fit or nothing is known. */
export function mismatch(server: string, page: string | undefined = OWN): string | null {
  if (!page || server === UNKNOWN || server === page) return null;
  return `The server is of version ${server}, this page of ${page}: reload the page. Where that changes nothing, install EBM Lab again.`;
}
