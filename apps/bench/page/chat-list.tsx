import { type Client, createClient, roomful, type Room } from '@roomful/client'
import { useTimeline } from '@roomful/react'
import { memo, type ReactElement, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { io } from 'socket.io-client'
import type { ChatListContender, FrameRequest } from '../src/chat-list-types.ts'

/** The newest messages, which are in the page. */
const SHOWN = 30
const PAGE = 200

interface ChatMessage {
  readonly data: { readonly text: string }
  readonly seq: number
  readonly id: string
  readonly from: { readonly id: string }
  readonly at: number
}

interface FilledList {
  readonly length: () => number
  /** The server begins to send. */
  readonly request: (request: FrameRequest) => void
}

let list: FilledList | undefined

/** Shows a list of this many messages. */
export async function fillChatList(url: string, contender: ChatListContender, messages: number): Promise<void> {
  list = await (contender === 'roomful' ? fillTimeline : fillArray)(url, messages)
  await until(() => list?.length() === messages)
}

/** Appends messages. Returns by how much the heap has grown at most meanwhile, in bytes, with its garbage. */
export async function appendToChatList(frames: FrameRequest): Promise<number> {
  const { length, request } = list as FilledList
  const expected = length() + frames.frames * frames.each
  ;(globalThis as { gc?: () => void }).gc?.()
  const before = usedBytes()
  let most = before
  request(frames)
  await until(() => {
    most = Math.max(most, usedBytes())
    return length() >= expected
  })
  return most - before
}

/** Code without a library: state that is a new array with each message. */
async function fillArray(url: string, messages: number): Promise<FilledList> {
  const socket = io(url, { transports: ['websocket'] })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const first = Array.from({ length: messages }, (_, index): ChatMessage => {
    const seq = index + 1
    const text = `message ${index} ${'x'.repeat(60)}`
    return { data: { text }, seq, id: `message id ${seq}`, from: { id: 'ann' }, at: 1_790_000_000_000 + seq }
  })
  let length = 0
  const List = (): ReactElement => {
    const [all, setAll] = useState(first)
    useEffect(() => {
      const listener = (data: ChatMessage['data'], meta: Omit<ChatMessage, 'data'>): void =>
        setAll((before) => [...before, { data, ...meta }])
      socket.on('message', listener)
      return () => void socket.off('message', listener)
    }, [])
    useEffect(() => void (length = all.length), [all])
    return <Rows messages={all.slice(-SHOWN)} />
  }
  render(<List />)
  return { length: () => length, request: (frames) => void socket.emit('paced messages', frames) }
}

async function fillTimeline(url: string, messages: number): Promise<FilledList> {
  const client: Client = createClient({ url, rooms: roomful(), socket: { transports: ['websocket'] } })
  const room: Room = await client.join('general')
  let length = 0
  let loadOlder: ((limit?: number) => Promise<void>) | undefined
  const List = (): ReactElement => {
    const timeline = useTimeline(room, 'message', { initial: PAGE, max: 2 * messages })
    const { entries } = timeline
    useEffect(() => {
      length = entries.length
      loadOlder = timeline.loadOlder
    })
    const shown = Array.from({ length: Math.min(SHOWN, length) }, (_, index) => entries.at(index - SHOWN))
    return <Rows messages={shown as unknown as readonly ChatMessage[]} />
  }
  render(<List />)
  await until(() => length >= PAGE)
  for (let loaded = PAGE; loaded < messages; loaded += PAGE) await loadOlder?.(PAGE)
  return { length: () => length, request: (frames) => client.emit('paced messages', frames) }
}

function Rows({ messages }: { readonly messages: readonly ChatMessage[] }): ReactElement {
  return (
    <ul className="rows">
      {messages.map(({ id, data }) => (
        <Row key={id} text={data.text} />
      ))}
    </ul>
  )
}

const Row = memo(({ text }: { readonly text: string }) => <li>{text}</li>)

function render(element: ReactElement): void {
  createRoot(document.querySelector('#root') as Element).render(element)
}

function usedBytes(): number {
  return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize
}

/** Checks once a frame. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(requestAnimationFrame)
}
