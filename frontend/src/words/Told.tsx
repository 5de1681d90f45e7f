/** Some sentences of which the first is told wherever there is room for one line alone. */

export function Told({ text }: { text: string }) {
  const end = text.indexOf(". ") + 1;
  if (end === 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, end)}
      <span class="told-rest">{text.slice(end)}</span>
    </>
  );
}
