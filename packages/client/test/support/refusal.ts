import { RoomfulError } from '@roomful/client'

/** A server's no, as the client makes an error of it. */
export function refusal(code: string, data?: unknown): RoomfulError {
  return new RoomfulError(code, `no: ${code}`, { refusal: { code, data } })
}
