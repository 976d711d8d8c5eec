import type { CSSProperties } from 'react'
import { hueOf, initialsOf, type Person } from '../people.ts'

/** Beside a name, which says it to those who do not see it. */
export function Avatar({ person }: { readonly person: Person }) {
  return <span className="avatar" data-initials={initialsOf(person.name)} style={colourOf(person)} aria-hidden="true" />
}

/** The person's own hue, for the style sheet. */
export function colourOf({ id }: Person): CSSProperties {
  return { '--hue': hueOf(id) } as CSSProperties
}
