/** A user who types. Times are milliseconds of any one clock. */
export interface Typist<U> {
  readonly id: string
  readonly user: U
  /** When the user counts as stopped, unless another sign comes. */
  readonly until: number
}

export type Typists<U> = readonly Typist<U>[]

/** How long a sign of typing counts. */
const TYPING_MS = 6_000
const MAX_TYPISTS = 100

/** The list after a sign of typing. A new user comes last; in a full list, a new user is left out. */
export function withTypist<U>(typists: Typists<U>, id: string, user: U, now: number): Typists<U> {
  const until = now + TYPING_MS
  if (typists.some((other) => other.id === id))
    return typists.map((other) => (other.id === id ? { ...other, until } : other))
  return typists.length < MAX_TYPISTS ? [...typists, { id, user, until }] : typists
}

/** The list without these users; the same list where it has none of them. */
export function withoutTypists<U>(typists: Typists<U>, isGone: (typist: Typist<U>) => boolean): Typists<U> {
  const left = typists.filter((typist) => !isGone(typist))
  return left.length === typists.length ? typists : left
}

/** The users to show; the list that is shown already where it has the same users. */
export function usersOf<U>(typists: Typists<U>, shown: readonly U[]): readonly U[] {
  const isSame = typists.length === shown.length && typists.every(({ user }, index) => user === shown[index])
  return isSame ? shown : typists.map(({ user }) => user)
}
