import { DIGITS } from '../page-id.ts'

const WEEK_MS = 7 * 86_400_000

/**
 * A server with connection state recovery adds an offset to the arguments of an event, unless the event is volatile. Only
 * its form tells an offset from a text of the app: each adapter makes it from the present time.
 */
export function withoutOffset(args: unknown[], now: number): unknown[] {
  const last = args.at(-1)
  return typeof last === 'string' && Math.abs(timeOf(last) - now) < WEEK_MS ? args.slice(0, -1) : args
}

/** The time in an offset, in milliseconds; NaN where the text is none. */
function timeOf(text: string): number {
  const [, ofRedis, ofMemory, ofMongo] =
    /^(?:(\d{13})-\d+|([\w-]{7})(?:\.[\w-]+)?|([\da-f]{8})[\da-f]{16})$/.exec(text) ?? []
  if (ofMemory) return Array.from(ofMemory).reduce((time, digit) => time * 64 + DIGITS.indexOf(digit), 0)
  return ofMongo ? Number.parseInt(ofMongo, 16) * 1_000 : Number(ofRedis)
}
