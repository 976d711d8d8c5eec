/** Where the error came from. */
interface ErrorPlace {
  readonly during: string
  readonly room?: string
  readonly event?: string
}

/** Errors of one kind are printed this often, in milliseconds. */
const QUIET_MS = 60_000
/** Error classes and codes come from the app: more kinds than these count as one. */
const MAX_KINDS = 100
const MAX_LENGTH = 500
/** What may be a token, a session id or a key: it must not get into a log. */
const SECRET = /[\w+/=.~-]{20,}/g

interface Kind {
  printedAt: number
  suppressed: number
}

/** Prints errors to the console: one line for each kind and minute, so that a flood of failures does not fill a disk. */
export function createErrorPrinter(
  now: () => number = () => performance.now(),
): (error: unknown, place: ErrorPlace) => void {
  const kinds = new Map<string, Kind>()
  return (error, place) => {
    const name = nameOf(error)
    const key = `${place.during} ${name}`
    const id = kinds.has(key) || kinds.size < MAX_KINDS ? key : 'others'
    const kind = kinds.get(id) ?? { printedAt: -Infinity, suppressed: 0 }
    kinds.set(id, kind)
    if (now() - kind.printedAt < QUIET_MS) {
      kind.suppressed += 1
      return
    }
    const more = kind.suppressed === 0 ? '' : ` (and ${kind.suppressed} more like it since the last line)`
    Object.assign(kind, { printedAt: now(), suppressed: 0 })
    // oxlint-disable-next-line no-console -- the default, so that no error is lost
    console.error(`roomful: failed during ${place.during}${more}: ${sentenceOf(error, name, place)}`)
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' ? `${error.name} ${code}` : error.name
}

function sentenceOf(error: unknown, name: string, { room, event }: ErrorPlace): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const frame = /\n\s+at ([^\n]+)/.exec(stack ?? '')?.[1]
  const parts = [
    `${name}: ${withoutSecrets(message)}`,
    room !== undefined && `in room ${JSON.stringify(room)}`,
    event !== undefined && `on ${JSON.stringify(event)}`,
    error instanceof Error && frame !== undefined && `at ${frame}`,
  ]
  return parts.filter(Boolean).join(', ').replaceAll(/\s+/g, ' ').slice(0, MAX_LENGTH)
}

function withoutSecrets(message: string): string {
  return message.slice(0, MAX_LENGTH).replaceAll(SECRET, '[…]')
}
