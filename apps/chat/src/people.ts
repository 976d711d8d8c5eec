import type { User } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'

export type Person = User<typeof chat>

const HUES = [12, 38, 68, 110, 148, 178, 208, 236, 262, 290, 318, 344] as const

const hues = new Map<string, number>()
/** How many people of this page have each hue. */
const uses = new Map<number, number>()

/**
 * A person's hue in degrees, the same as long as the page lives. It follows from the id, but two people have the same one only
 * if all hues are taken.
 */
export function hueOf(id: string): number {
  let hue = hues.get(id)
  if (hue !== undefined) return hue
  const first = hashOf(id) % HUES.length
  const inOrder = HUES.map((_, step) => HUES[(first + step) % HUES.length] ?? HUES[0])
  const least = Math.min(...inOrder.map(usesOf))
  hue = inOrder.find((each) => usesOf(each) === least) ?? HUES[0]
  hues.set(id, hue)
  uses.set(hue, least + 1)
  return hue
}

function usesOf(hue: number): number {
  return uses.get(hue) ?? 0
}

function hashOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0
  return hash
}

/** One or two letters for a person's avatar. */
export function initialsOf(name: string): string {
  const [first = '', ...others] = name.split(/\s+/)
  return [first, others.at(-1) ?? '']
    .map((word) => /^./su.exec(word)?.[0] ?? '')
    .join('')
    .toUpperCase()
}
