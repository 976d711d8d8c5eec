import type { CSSProperties } from 'react'
import { hueOf, initialsOf, type Person } from '../people.ts'

/** Hidden from screen readers, because the name is always shown beside it. */
export function Avatar({ person }: { readonly person: Person }) {
  return <span className="avatar" data-initials={initialsOf(person.name)} style={colourOf(person)} aria-hidden="true" />
}

/** The person's hue as a CSS variable. */
export function colourOf({ id }: Person): CSSProperties {
  return { '--hue': hueOf(id) } as CSSProperties
}
