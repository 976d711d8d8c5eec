import { RoomfulError } from '@roomful/contract'
import { assertRoomName, type Bye, describe, isPassingCode } from '@roomful/contract/protocol'
import { assertIntegers, assertMilliseconds } from '../assert-numbers.ts'
import { isUserId } from '../connection/user-id.ts'
import type { Ban } from '../log/log.ts'
import { MAX_AFTER_MS, refuse, toWire } from '../refuse.ts'
import type { DisconnectOptions, RemoveOptions } from './operations.ts'

// Checks what the app gives to the calls of an operator. Each function throws RoomfulError `INVALID_ARGUMENT`.

export const REMOVED = 'you were removed from this room'
const BANNED = 'you are banned from this room'

/** `until` is 0 without a ban. */
export function banFrom(room: string, userId: string, { code, message, banMs = 0 }: RemoveOptions): Ban {
  assertUser('remove', room, userId)
  if (banMs !== 0 && banMs !== Infinity) assertIntegers('rooms.remove', { banMs })
  const hasBan = banMs !== 0
  const out = { code: code ?? (hasBan ? 'BANNED' : 'REMOVED'), message: message ?? (hasBan ? BANNED : REMOVED) }
  assertReason('remove', out)
  if (isPassingCode(out.code))
    throw invalid('remove', `code must not be one after which clients try again, got ${describe(out.code)}`)
  const until = hasBan ? Math.min(Date.now() + banMs, Number.MAX_SAFE_INTEGER) : 0
  return { until, ...toWire(refuse(out.code, out.message)) }
}

export function byeFrom(userId: string, { code = 'KICKED', message, after }: DisconnectOptions = {}): Bye {
  assertUserId('disconnect', userId)
  assertReason('disconnect', { code, message })
  if (after !== undefined) {
    assertMilliseconds('rooms.disconnect', { after }, 0)
    if (after > MAX_AFTER_MS) throw invalid('disconnect', `after must be at most ${MAX_AFTER_MS} ms, got ${after}`)
    if (!isPassingCode(code)) throw invalid('disconnect', `after needs a code after which clients return, got ${code}`)
  }
  return toWire(refuse(code, message, { after }))
}

export function assertUser(method: string, room: string, userId: string): void {
  assertRoomName(room)
  assertUserId(method, userId)
}

export function assertUserId(method: string, userId: unknown): void {
  if (isUserId(userId)) return
  throw invalid(method, `the user's id must be a well-formed string of 1 to 128 characters, got ${describe(userId)}`)
}

function assertReason(method: string, { code, message }: { readonly code: unknown; readonly message: unknown }): void {
  if (typeof code !== 'string' || code === '' || code.length > 64)
    throw invalid(method, `code must be a text of 1 to 64 characters, got ${describe(code)}`)
  if (message !== undefined && typeof message !== 'string')
    throw invalid(method, `message must be a text, got ${describe(message)}`)
}

function invalid(method: string, sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `rooms.${method}: ${sentence}`)
}
