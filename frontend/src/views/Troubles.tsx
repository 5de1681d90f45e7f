/** What keeps the server from its work, over whatever is seen, until it ends or is put away. */
import { useSignal } from "@preact/signals";
import { troubles } from "../state";
import { sentence } from "../words/format";

export function Troubles() {
  const seen = useSignal<string[]>([]);
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
