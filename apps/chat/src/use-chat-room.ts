import type { Receipt, Room, RoomMessage, RoomState, RoomfulError } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useCallback, useEffect, useState } from 'react'
import { beginEra, confirm, discard, fail, forget, hear, showHistory, startSending, useChat } from './chat-store.ts'
import type { Person } from './people.ts'
import { useEvent, useRoom } from './realtime.ts'
import { emptyView, type Heard, MAX_MESSAGES, MAX_OUTGOING } from './room-view.ts'
import { sentence } from './sentences.ts'

/** A room, and what the page shows and does there. */
export type ChatRoom = ReturnType<typeof useChatRoom>
type Meta = RoomMessage<typeof chat>['meta']

const PAGE = 100
/** After an outage: more pages than these are more than is shown. */
const MAX_PAGES = MAX_MESSAGES / PAGE

let lastKey = 0

/** A room as the chat shows it: what was said, who may not come in, and what one does here. */
export function useChatRoom(name: string, me: Person) {
  const { room, status, error, emit } = useRoom(name)
  const view = useChat(({ views }) => views.get(name) ?? emptyView)
  const history = useHistory(room, status, me)

  useEffect(() => () => forget(name), [name])
  useEffect(() => {
    if (status === 'failed') forget(name)
  }, [name, status])
  useEvent(room, 'message', ({ text }, meta) => hear(name, heardOf(text, meta, me)))
  // Each join fetches what was missed, and what is still missing shows by its numbers; a new log counts from 1 again.
  useEvent(room, 'gap', ({ reason }) => {
    if (reason === 'epoch') beginEra(name)
  })

  const deliver = useCallback(
    (key: string, text: string) => {
      startSending(name, { key, text, at: Date.now() })
      emit('message', { text }).then(
        (receipt: Receipt) => confirm(name, key, receipt, me),
        (failure: RoomfulError) => fail(name, key, ...problemOf(failure)),
      )
    },
    [name, emit, me],
  )

  return {
    room,
    status,
    error,
    view,
    history,
    isFull: view.outgoing.length >= MAX_OUTGOING,
    send: useCallback((text: string) => deliver(`mine ${++lastKey}`, text), [deliver]),
    retry: deliver,
    discard: useCallback((key: string) => discard(name, key), [name]),
  }
}

/** Fetches what was said while we were not in, each time that we come in. */
function useHistory(room: Room<typeof chat>, status: RoomState['status'], me: Person) {
  const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading')
  const follow = useCallback((loading: Promise<unknown>) => {
    loading.then(
      () => setState('loaded'),
      () => setState('failed'),
    )
  }, [])

  useEffect(() => {
    if (status === 'joined') follow(loadMissing(room, me))
  }, [room, status, me, follow])

  return {
    state,
    reload: () => follow(loadMissing(room, me)),
    loadOlder: () => follow(loadPage(room, me, oldestKnown(room.name))),
  }
}

/** The newest page; after an outage as many as it takes to meet what we have. */
async function loadMissing(room: Room<typeof chat>, me: Person): Promise<void> {
  const known = newestKnown(room.name)
  let before: number | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const { oldest, more } = await loadPage(room, me, before)
    if (!more || known === undefined || oldest === undefined || oldest <= known + 1) return
    before = oldest
  }
}

async function loadPage(room: Room<typeof chat>, me: Person, before: number | undefined) {
  const { messages, more } = await room.history({ limit: PAGE, ...(before !== undefined && { before }) })
  const page = messages.flatMap(({ data, meta }) => heardOf(data.text, meta, me))
  showHistory(room.name, page, more)
  return { oldest: page[0]?.seq, more }
}

function newestKnown(room: string): number | undefined {
  const view = useChat.getState().views.get(room)
  return view?.messages.findLast(({ era }) => era === view.era)?.seq
}

function oldestKnown(room: string): number | undefined {
  const view = useChat.getState().views.get(room)
  return view?.messages.find(({ era }) => era === view.era)?.seq
}

/** A message for the store; none where the server keeps no log, and so gives it no place. */
function heardOf(text: string, { id, seq, from, at }: Meta, me: Person): Heard[] {
  if (id === undefined || seq === undefined) return []
  return [{ id, seq, from, text, at, isMine: from?.id === me.id }]
}

function problemOf({ code, message }: RoomfulError): ['refused' | 'uncertain', string] {
  const isUncertain = code === 'DISCONNECTED' || code === 'TIMEOUT'
  return isUncertain
    ? ['uncertain', 'The connection broke: this may not have arrived.']
    : ['refused', sentence(message)]
}
