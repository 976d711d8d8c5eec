import { RoomfulError } from '@roomful/contract'
import type { TraceError } from '@roomful/testing/trace'
import { encodeValue, withoutCredentials } from './encode-value.ts'

const MAX_SENTENCE = 1_000

/** An error as it is recorded: code, sentence, and what the server said with a refusal. */
export function encodeError(error: unknown): TraceError {
  const isError = error instanceof Error
  const code = error instanceof RoomfulError ? error.code : isError ? error.name : typeof error
  const message = withoutCredentials(isError ? error.message : String(error)).slice(0, MAX_SENTENCE)
  const refusal = error instanceof RoomfulError ? error.refusal : undefined
  if (refusal === undefined) return { code, message }
  // The sentence of the error has words of the client before those of the server.
  const text = refusal.message === undefined ? message : withoutCredentials(refusal.message).slice(0, MAX_SENTENCE)
  const data = refusal.data ?? { code: refusal.code }
  return { code, message: text, data: encodeValue(data).value }
}
