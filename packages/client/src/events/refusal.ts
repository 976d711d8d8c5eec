import { type Refusal, RoomfulError } from '@roomful/contract'
import { passingCodes } from '@roomful/contract/protocol'

/** The server's no in an acknowledgement, if it is one: `{ $error }` as our server says it, or what the app's `refusalOf` sees. */
export function refusalIn(
  values: readonly unknown[],
  refusalOf: (ack: unknown) => Refusal | undefined,
): RoomfulError | undefined {
  const ack = values.length > 1 ? values : values[0]
  const refusal = errorIn(ack) ?? asked(refusalOf, ack)
  if (!refusal) return undefined
  const { code, message = `the server refused: ${code}` } = refusal
  return new RoomfulError(code, message, { refusal })
}

function asked(refusalOf: (ack: unknown) => Refusal | undefined, ack: unknown): Refusal | undefined {
  let refusal: Refusal | undefined
  try {
    refusal = refusalOf(ack)
  } catch (cause) {
    throw new RoomfulError('INTERNAL', 'refusalOf failed, so whether the server refused is unknown', { cause })
  }
  if (!refusal || typeof refusal.code === 'string') return refusal
  throw new RoomfulError('INVALID_ARGUMENT', 'refusalOf must give { code, … } or undefined, and at once')
}

function errorIn(ack: unknown): Refusal | undefined {
  const error = typeof ack === 'object' && ack !== null ? (ack as { $error?: unknown }).$error : undefined
  if (typeof error !== 'object' || error === null) return undefined
  const { code, message, data } = error as Record<string, unknown>
  return {
    code: typeof code === 'string' ? code : 'REFUSED',
    ...(typeof message === 'string' && { message }),
    ...(data !== undefined && { data }),
  }
}

/** How long the server asks to be left alone, in milliseconds. */
export function afterMs({ refusal }: RoomfulError): number {
  const { after } = (refusal?.data ?? {}) as { after?: unknown }
  return typeof after === 'number' && after >= 0 ? Math.min(after, 300_000) : 0
}

/** Whether trying again would not help. */
export function isForGood({ code, refusal }: RoomfulError): boolean {
  return (refusal !== undefined && !isPassing(code)) || code === 'INVALID_ARGUMENT'
}

/** Whether a refusal is about now rather than about what was asked. */
export function isPassing(code: string): boolean {
  return (passingCodes as readonly string[]).includes(code)
}

/** The connection is ending, even where we have yet to hear of it: the next one asks again. */
export function isCutOff({ code, refusal }: RoomfulError): boolean {
  return refusal === undefined && code === 'DISCONNECTED'
}
