import { type AnyContract, describe, RoomfulError, ValidationError, wire } from '@roomful/contract'
import { afterMs, isForGood } from '../events/refusal.ts'
import { encoding } from '../events/snapshot.ts'
import { createGuardedStore } from '../guarded-store.ts'
import type { Room } from '../room/room.ts'
import type { RoomSource } from '../room/room-source.ts'
import type { PresenceState, RoomPresence } from './presence-types.ts'

/** No state, as the wire has it. */
const NONE = 'null'
const INTERVAL_MS = 100
/** The shortest wait before what was not answered, or refused for now, is said again. */
const RETRY_MS = 1_000

/** Our own state in one room: said while joined, newest first, and carried by each join. SPEC.md, rules PR. */
export function createOwnPresence<C extends AnyContract>(
  room: Room<C>,
  source: RoomSource,
): Pick<RoomPresence<C>, 'set' | 'clear' | 'state'> {
  const nothing: PresenceState<C> = { presence: undefined, error: undefined }
  const store = createGuardedStore(nothing, source.report)
  /** As JSON: what is to be shown; what the server has, undefined where we cannot know; what it refused. */
  let wanted = NONE
  let told: string | undefined = NONE
  let refused: string | undefined
  /** The user who said it to a server: it is nobody else's. */
  let author: string | undefined
  let flight: object | undefined
  let rest: ReturnType<typeof setTimeout> | undefined
  let unfollow: (() => void) | undefined

  const restFor = (ms: number): void => {
    clearTimeout(rest)
    rest = setTimeout(() => {
      rest = undefined
      send()
    }, ms)
  }

  const showError = (error: RoomfulError | undefined): void => {
    const state = store.getState()
    if (state.error?.message !== error?.message) store.setState({ ...state, error }, true)
  }

  const refuse = (json: string, error: RoomfulError): void => {
    refused = json
    if (json === wanted) showError(error)
  }

  const send = (): void => {
    if (flight || rest || wanted === told || wanted === refused || room.status !== 'joined') return
    const to = source.wire('presence')
    if (!to) return refuse(wanted, new RoomfulError('UNSUPPORTED', 'this server keeps no presence'))
    const json = wanted
    const before = told
    const mine = (flight = {})
    told = undefined
    author = source.selfId()
    restFor(INTERVAL_MS)
    const answered = (error?: RoomfulError): void => {
      if (flight !== mine) return
      flight = undefined
      if (!error) {
        told = json
        showError(undefined)
      } else if (isForGood(error)) {
        told = before
        refuse(json, error)
      } else if (room.status === 'joined') restFor(Math.max(RETRY_MS * (1 + Math.random()), afterMs(error)))
      send()
    }
    const request = { room: room.name, presence: JSON.parse(json) as unknown }
    to.ask(wire.presence, request).then(() => answered(), answered)
  }

  const forget = (): void => {
    clearTimeout(rest)
    unfollow?.()
    wanted = told = NONE
    refused = author = flight = rest = unfollow = undefined
    store.setState(nothing, true)
  }

  const follow = (): (() => void) => {
    source.carry(carried)
    return room.state.subscribe(({ status }, { status: before }) => {
      // What is said while we leave is for the next time, as what is said before we join.
      if (status === 'leaving' || (status === 'left' && before !== 'leaving')) return forget()
      if (status !== 'joined') return
      clearTimeout(rest) // what was said of it was said to another connection, perhaps by another server
      refused = rest = undefined
      send()
    })
  }

  /** What goes with a join: the newest state, or the last one that was accepted. */
  const carried = (): unknown => {
    if (room.status === 'left') return undefined // in for messages that wait, without the app
    if (author !== undefined && author !== source.selfId()) forget()
    if (!source.wire('presence')) {
      told = NONE
      return undefined
    }
    const json = wanted === refused ? told : wanted
    if (!json || (json === NONE && told === NONE)) return undefined
    if (json !== told) told = undefined
    author = source.selfId()
    return JSON.parse(json)
  }

  const want = (json: string, presence: PresenceState<C>['presence']): void => {
    if (room.status !== 'joined') author = undefined // whoever joins next says it
    if (json === wanted) return
    wanted = json
    refused = undefined
    unfollow ??= follow()
    store.setState(json === NONE ? nothing : { presence, error: undefined }, true)
    send()
  }

  return {
    state: store,
    set(presence) {
      const read = source.schemas.checkPresence(presence) as PresenceState<C>['presence']
      const json = encoding('presence', () => JSON.stringify(presence)) as string | undefined
      if (json === undefined)
        throw new ValidationError('presence', [{ message: `expected JSON, got ${describe(presence)}` }])
      want(json, read)
    },
    clear: () => want(NONE, undefined),
  }
}
