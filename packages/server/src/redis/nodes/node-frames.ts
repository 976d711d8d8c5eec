import type { MembersChange } from '../../nodes/nodes.ts'
import { decodeText, encodeText } from '../room-keys.ts'

/** The first character of what is published to the channel of a room, beside the batches of the log. */
const [MESSAGE, MEMBERS] = ['m', 'c']

export interface NodeMessage {
  readonly from: string
  readonly message: string
}

export function encodeMessage(from: string, message: string): string {
  return `${MESSAGE}${from} ${encodeText(message)}`
}

/** undefined for a frame of another kind. */
export function decodeMessage(frame: string): NodeMessage | undefined {
  if (!frame.startsWith(MESSAGE)) return undefined
  const space = frame.indexOf(' ')
  return { from: frame.slice(1, space), message: decodeText(frame.slice(space + 1)) }
}

/** A change as SET_MEMBER and REMOVE_MEMBERS publish it; undefined for a frame of another kind. */
export function decodeChange(frame: string): MembersChange | undefined {
  if (!frame.startsWith(MEMBERS)) return undefined
  const [head = '', userId = '', state = ''] = frame.slice(1).split('\n')
  const [version, count, node = ''] = head.split(' ')
  return {
    version: Number(version),
    count: Number(count),
    node,
    userId: decodeText(userId),
    state: state === '' ? undefined : decodeText(state),
  }
}
