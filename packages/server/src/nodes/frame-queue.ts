import { utf8BytesOf } from '@roomful/contract/protocol'
import type { Metrics } from '../metrics/metrics.ts'
import type { Nodes } from './nodes.ts'
import { type RoomFrame, writeFrames } from './room-frames.ts'

/** The shortest time between two sends, in milliseconds: what comes meanwhile is sent together. */
const FLUSH_MS = 8
/** The most bytes of a message with several frames; a larger frame is alone. */
const MAX_MESSAGE = 65_536
/** The most bytes of frames that wait, or are on their way; a larger frame must be the only one. */
const MAX_UNSENT = 4_194_304

interface Frame {
  readonly text: string
  readonly bytes: number
}

interface FrameQueueParts {
  readonly nodes: Nodes
  readonly metrics: Metrics
  readonly onError: (error: unknown, room: string) => void
}

/**
 * Sends the frames of rooms to the other nodes that have members there. Frames that come together are sent together, in their
 * order in each room. They are lost where the other nodes cannot be reached, or while too much waits.
 */
export class FrameQueue {
  readonly #parts: FrameQueueParts
  readonly #rooms = new Map<string, Frame[]>()
  #unsent = 0
  #flushedAt = -Infinity
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  #isAway = false

  constructor(parts: FrameQueueParts) {
    this.#parts = parts
  }

  add(room: string, frame: RoomFrame): void {
    const text = JSON.stringify(frame)
    const bytes = utf8BytesOf(text)
    if (this.#unsent > 0 && this.#unsent + bytes > MAX_UNSENT) return this.#parts.metrics.bounds.add('nodes')
    this.#unsent += bytes
    const ofRoom = this.#rooms.get(room)
    if (ofRoom === undefined) this.#rooms.set(room, [{ text, bytes }])
    else ofRoom.push({ text, bytes })
    this.#schedule()
  }

  /** Sends the frames that wait. */
  flush(): void {
    this.#timer = undefined
    this.#flushedAt = performance.now()
    const rooms = [...this.#rooms]
    this.#rooms.clear()
    for (const [room, frames] of rooms) for (const message of messagesOf(frames)) void this.#send(room, message)
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    const waitMs = this.#flushedAt + FLUSH_MS - performance.now()
    const flush = (): void => this.flush()
    this.#timer = waitMs > 0 ? setTimeout(flush, waitMs) : setImmediate(flush)
    this.#timer.unref?.()
  }

  async #send(room: string, frames: readonly Frame[]): Promise<void> {
    const { nodes, onError } = this.#parts
    try {
      await nodes.send(writeFrames(frames.map(({ text }) => text)), room)
      this.#isAway = false
    } catch (error) {
      if (!this.#isAway) onError(error, room) // once until a send succeeds
      this.#isAway = true
    }
    for (const { bytes } of frames) this.#unsent -= bytes
  }
}

/** Splits frames into messages of a bounded size. */
function messagesOf(frames: readonly Frame[]): readonly (readonly Frame[])[] {
  const messages: Frame[][] = []
  let size = Infinity
  for (const frame of frames) {
    size += frame.bytes + 1 // with a comma
    if (size <= MAX_MESSAGE) messages.at(-1)?.push(frame)
    else {
      messages.push([frame])
      size = utf8BytesOf(writeFrames([frame.text]))
    }
  }
  return messages
}
