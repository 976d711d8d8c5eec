export function TypingLine({ names }: { readonly names: readonly string[] }) {
  return <p className="typing">{names.length > 0 && <span>{sentenceFor(names)}</span>}</p>
}

function sentenceFor([first, second, ...others]: readonly string[]): string {
  if (second === undefined) return `${first} is typing…`
  if (others.length === 0) return `${first} and ${second} are typing…`
  return `${others.length + 2} people are typing…`
}
