import { RoomfulError } from '@roomful/contract'

export function unavailable(sentence: string, cause?: unknown): RoomfulError {
  return new RoomfulError('UNAVAILABLE', `redisLog: ${sentence}`, cause === undefined ? {} : { cause })
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
