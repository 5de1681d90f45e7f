/** What keeps the server from its work, over whatever is seen, until it ends or is put away. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { troubles } from "../state";
import { sentence } from "../words/format";

export function Troubles() {
  const seen = useSignal<string[]>([]);
  // what has ended is told again where it comes again
  useSignalEffect(() => {
    const left = seen.peek().filter((one) => troubles.value.includes(one));
    if (left.length < seen.peek().length) seen.value = left;
  });
  const news = troubles.value.filter((one) => !seen.value.includes(one));
  if (news.length === 0) return null;
  return (
    <div class="troubles note" data-tone="fault" role="alert">
      <div class="lines">
        {news.map((one) => (
          <p key={one}>
            <b>The server is in trouble.</b> {sentence(one)}
          </p>
        ))}
      </div>
      <button type="button" class="word" onClick={() => (seen.value = troubles.value)}>
        put away
      </button>
    </div>
  );
}
