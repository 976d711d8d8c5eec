import { isObject } from '@roomful/contract/protocol'
import { parseJson } from '../json.ts'

/** What a node answers to a call. `running`: it has begun and needs more time. `unknown`: its version has no such call. */
export type CallResult = 'done' | 'running' | 'failed' | 'unknown'

/** To be done by each node that gets it. `id` is unique among the calls of the node that sends it. */
export interface NodeCallMessage {
  readonly type: 'call'
  readonly id: string
  readonly name: string
  readonly args: unknown
  /** How long ago the call was made, in milliseconds: it may be sent again. */
  readonly agoMs: number
}

/** What the nodes of a server send to each other, besides what belongs to a room. */
export type NodeMessage =
  | NodeCallMessage
  | { readonly type: 'answer'; readonly id: string; readonly result: CallResult }
  /** The node has just started. */
  | { readonly type: 'started'; readonly info: string }
  /** The node was out of reach, and may have missed calls. */
  | { readonly type: 'restored' }

/** Longer messages are of no version of this server, in UTF-16 units. */
const MAX_LENGTH = 65_536

/** undefined for a message that this version does not know. */
export function readMessage(text: string): NodeMessage | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const message = parseJson(text)
  if (!isObject(message)) return undefined
  const { type, id, name, agoMs, result, info } = message
  const isKnown =
    type === 'restored' ||
    (type === 'started' && typeof info === 'string') ||
    (type === 'call' && typeof id === 'string' && typeof name === 'string' && typeof agoMs === 'number') ||
    (type === 'answer' && typeof id === 'string' && typeof result === 'string')
  return isKnown ? (message as unknown as NodeMessage) : undefined
}
