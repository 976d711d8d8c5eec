import type { ErrorContext, RoomsEvent } from '@roomful/server'
import { pino } from 'pino'

/** A repeated error or refusal is logged once in this time, with the number of those that were not, in milliseconds. */
const REPEAT_MS = 60_000
/** The most kinds of errors and refusals that are told apart. */
const MAX_KINDS = 500

/**
 * The log of the process: one line of JSON an event, to stderr. No line has a token, a session id, the address of a request or
 * the text of a message. Silent until `main.ts` sets a level, so that tests print nothing.
 */
export const log = pino(
  { level: 'silent', base: null, serializers: { err: describeError } },
  pino.destination({ dest: 2, sync: true }),
)

/** `inspect` of `createRooms`. Publishes are lines of the level `debug`. */
export function logEvent({ type, ...details }: RoomsEvent): void {
  if (type === 'publish') return log.debug(details, type)
  if (type !== 'refuse') return log.info(details, type)
  const { request, code } = details as Extract<RoomsEvent, { type: 'refuse' }>
  once(`${request} ${code}`, (repeated) => log.info({ ...details, repeated }, type))
}

/** `onError` of `createRooms`. */
export function logError(err: unknown, { during, ...details }: ErrorContext): void {
  once(`${during} ${kindOf(err)}`, (repeated) => log.error({ err, ...details, repeated }, `failed during ${during}`))
}

const kinds = new Map<string, { readonly until: number; repeated: number }>()

/** Calls `write` for the first of a kind in `REPEAT_MS`, with the number of those after the last one that was written. */
function once(kind: string, write: (repeated: number) => void): void {
  const now = performance.now()
  const known = kinds.get(kind)
  if (known !== undefined && now < known.until) {
    known.repeated += 1
    return
  }
  if (known === undefined && kinds.size >= MAX_KINDS) kinds.clear()
  kinds.set(kind, { until: now + REPEAT_MS, repeated: 0 })
  write(known?.repeated ?? 0)
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return `${error.name} ${(error as NodeJS.ErrnoException).code ?? ''}`
}

/** Not the error's own fields: errors of libraries hold the token or the data that they failed on. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, message, stack, code, cause } = error as NodeJS.ErrnoException
  return { type: name, code, message, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) }
}
