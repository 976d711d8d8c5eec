/** Two long names often differ at their ends, so that the middle of a long name is cut. */
const MAX_WHOLE = 16
const TAIL = 6
const segmenter = new Intl.Segmenter('en')

/** The name of a person or a room, which fits into any space. The whole name is its title. */
export function Name({ children: name }: { readonly children: string }) {
  const characters = Array.from(segmenter.segment(name), ({ segment }) => segment)
  if (characters.length <= MAX_WHOLE) return <bdi className="name">{name}</bdi>
  return (
    <bdi className="name long" title={name}>
      <span>{characters.slice(0, -TAIL).join('')}</span>
      <span>{characters.slice(-TAIL).join('')}</span>
    </bdi>
  )
}
