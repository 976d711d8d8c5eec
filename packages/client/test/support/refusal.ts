import { RoomfulError } from '@roomful/client'

/** A server's refusal, as the client's error. */
export function refusal(code: string, data?: unknown): RoomfulError {
  return new RoomfulError(code, `no: ${code}`, { refusal: { code, data } })
}
