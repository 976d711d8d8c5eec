import { type Client, createClient, plainRooms, type Room, roomful } from '@roomful/client'
import { useEventReducer } from '@roomful/react'
import { type ReactElement, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { io, type Socket } from 'socket.io-client'
import { STORM_BASELINE, STORM_PLAIN, type StormContender, type StormEvent } from '../src/storm-types.ts'
import { commitsSoFar } from './commits.ts'
import { useEventOfKey } from './use-event-of-key.ts'

const COMPONENTS = 1_000

export interface Storm {
  readonly contender: StormContender
  /** Whether each component shows only the events with its own key. */
  readonly keyed: boolean
  readonly rate: number
  readonly seconds: number
}

/** The results of a storm, measured in the page. */
export interface StormResult {
  readonly commits: number
  /** The time from sending the last event until it is on the screen, in ms. */
  readonly lastAfterMs: number
}

type Cell = (props: { readonly index: number }) => ReactElement

interface Subject {
  /** Renders 1,000 outputs into the page. */
  readonly render: (root: Element) => void
  readonly start: (storm: object) => Promise<unknown>
}

const SUBJECTS: Readonly<Record<StormContender, (url: string, keyed: boolean) => Promise<Subject>>> = {
  'useEffect + useState': naive,
  roomful: inRoom,
  [STORM_PLAIN]: plain,
  [STORM_BASELINE]: baseline,
}

/** 1,000 components show the events. Resolves when the last event is on the screen. */
export async function storm(url: string, { contender, keyed, rate, seconds }: Storm): Promise<StormResult> {
  const { render, start } = await SUBJECTS[contender](url, keyed)
  const events = rate * seconds
  // The last component to change is the one with the last event's key; without keys, all change at once.
  const last = keyed ? (events - 1) % COMPONENTS : COMPONENTS - 1
  render(document.querySelector('#root') as Element)
  await until(() => document.querySelectorAll('output').length === COMPONENTS)
  await new Promise((resolve) => setTimeout(resolve, 200)) // effects have run, and the page is idle

  const before = commitsSoFar()
  const cell = document.querySelectorAll('output')[last] as Element
  const shown = until(() => cell.textContent === String(events - 1)).then(() => Date.now())
  const sentAt = (await start({ rate, seconds, keys: COMPONENTS })) as number
  const lastAfterMs = (await shown) - sentAt
  return { commits: commitsSoFar() - before, lastAfterMs }
}

/** Code without a library: an effect that listens, and state. */
async function naive(url: string, keyed: boolean): Promise<Subject> {
  const socket = await connected(url)
  const Cell: Cell = ({ index }) => {
    const [latest, setLatest] = useState<StormEvent>()
    useEffect(() => {
      const listener = (event: StormEvent) => {
        if (!keyed || event.key === index) setLatest(event)
      }
      socket.on('tick', listener)
      return () => void socket.off('tick', listener)
    }, [index])
    return <output>{latest?.n}</output>
  }
  return { render: components(Cell), start: (request) => socket.emitWithAck('paced', request) }
}

/** The events come in a room. */
async function inRoom(url: string, keyed: boolean): Promise<Subject> {
  const client: Client = createClient({ ...options(url), rooms: roomful() })
  return {
    render: components(cellOf(await client.join('general'), keyed)),
    start: (request) => client.emitWithAck('paced', request),
  }
}

/** The events come from a server without Roomful. */
async function plain(url: string, keyed: boolean): Promise<Subject> {
  const client: Client = createClient({ ...options(url), rooms: plainRooms() })
  await client.connect()
  return { render: components(cellOf(client, keyed)), start: (request) => client.emitWithAck('paced', request) }
}

function options(url: string) {
  return { url, ackTimeoutMs: 600_000, socket: { transports: ['websocket'] } }
}

function cellOf(source: Client | Room, keyed: boolean): Cell {
  const newest = (_: StormEvent | undefined, event: StormEvent): StormEvent => event
  if (keyed) return ({ index }) => <output>{useEventOfKey(source, index)?.n}</output>
  return () => <output>{useEventReducer(source as Client, 'tick', newest, undefined)?.n}</output>
}

/** One listener for all outputs, which are written once a frame. */
async function baseline(url: string): Promise<Subject> {
  const socket = await connected(url)
  return {
    render(root) {
      const cells = Array.from({ length: COMPONENTS }, () => document.createElement('output'))
      root.append(...cells)
      const changed = new Map<number, number>()
      socket.on('tick', ({ key, n }: StormEvent) => {
        if (changed.size === 0) requestAnimationFrame(write)
        changed.set(key, n)
      })
      function write(): void {
        for (const [key, n] of changed) (cells[key] as Element).textContent = String(n)
        changed.clear()
      }
    },
    start: (request) => socket.emitWithAck('paced', request),
  }
}

function components(Cell: Cell): Subject['render'] {
  return (root) =>
    createRoot(root).render(Array.from({ length: COMPONENTS }, (_, index) => <Cell key={index} index={index} />))
}

async function connected(url: string): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'] })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return socket
}

/** Checks once a frame, so that the observed state is painted no later than with this frame. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(requestAnimationFrame)
}
