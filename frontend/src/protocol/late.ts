/** Parts of the page that come after its first motion. */

const AGAIN = 2000;

/** What an import gives, asked for once it is wanted, and again while the server does not answer. */
export function late<T>(load: () => Promise<T>, pause = AGAIN): () => Promise<T> {
  let coming: Promise<T> | null = null;
  const ask = (): Promise<T> => load().catch(() => new Promise((go) => setTimeout(go, pause)).then(ask));
  return () => {
    coming ??= ask();
    return coming;
  };
}
