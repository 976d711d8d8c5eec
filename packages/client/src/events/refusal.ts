import { passingCodes, type Refusal, RoomfulError } from '@roomful/contract'

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

/** How long the server asks the client to wait before it tries again, in milliseconds. */
export function afterMs({ refusal }: RoomfulError): number {
  const { after } = (refusal?.data ?? {}) as { after?: unknown }
  return typeof after === 'number' && after >= 0 ? Math.min(after, 300_000) : 0
}

/** Whether another try would end the same way: a refusal that is not about now, or an argument that no server takes. */
export function isPermanent({ code, refusal }: RoomfulError): boolean {
  return (refusal !== undefined && !isRetryable(code)) || code === 'INVALID_ARGUMENT'
}

/** Whether a refusal with this code is about now (rate, load), so that the same request may succeed later. */
export function isRetryable(code: string): boolean {
  return (passingCodes as readonly string[]).includes(code)
}

/** Whether a request failed because the connection ended, which may be known before the `disconnect` event comes. */
export function isConnectionLoss({ code, refusal }: RoomfulError): boolean {
  return refusal === undefined && code === 'DISCONNECTED'
}
