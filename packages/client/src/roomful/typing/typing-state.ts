/** One who types, until a time at which nothing more was heard of it; milliseconds of any one clock. */
export interface Typist<U> {
  readonly id: string
  readonly user: U
  readonly until: number
}

export type Typists<U> = readonly Typist<U>[]

/** How long a sign of typing counts. */
const TYPING_MS = 6_000
const MAX_TYPISTS = 100

/** With a sign of one who types: whoever is new comes last, and not at all where the list is full. */
export function withTypist<U>(typists: Typists<U>, id: string, user: U, now: number): Typists<U> {
  const until = now + TYPING_MS
  if (typists.some((other) => other.id === id))
    return typists.map((other) => (other.id === id ? { ...other, until } : other))
  return typists.length < MAX_TYPISTS ? [...typists, { id, user, until }] : typists
}

/** Without those who are gone; the same list where nobody is. */
export function withoutTypists<U>(typists: Typists<U>, isGone: (typist: Typist<U>) => boolean): Typists<U> {
  const left = typists.filter((typist) => !isGone(typist))
  return left.length === typists.length ? typists : left
}

/** Who types, as shown; the same list where it says the same. */
export function usersOf<U>(typists: Typists<U>, shown: readonly U[]): readonly U[] {
  const isSame = typists.length === shown.length && typists.every(({ user }, index) => user === shown[index])
  return isSame ? shown : typists.map(({ user }) => user)
}
