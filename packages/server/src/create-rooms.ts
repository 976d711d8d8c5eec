import type { AnyContract, User } from '@roomful/contract'
import { ActiveRooms } from './rooms/active-rooms.ts'
import { CallbackRunner } from './callback-runner.ts'
import { closeRooms } from './close-rooms.ts'
import { Drain } from './drain.ts'
import { EventRules, type Handler } from './publish/event-rules.ts'
import { Guard } from './guard/guard.ts'
import { warnOutdated } from './installed-versions.ts'
import { LeaveDelay } from './rooms/members/leave-delay.ts'
import type { Rooms, RoomsOptions } from './options.ts'
import { createMemberHooks } from './rooms/members/member-hooks.ts'
import { createOperations } from './rooms/create-operations.ts'
import { createPresenceMerge } from './rooms/members/presence-rules.ts'
import { AdapterCheck } from './nodes/adapter-check.ts'
import { InfoCheck } from './nodes/info-check.ts'
import { maxNodeBytes } from './nodes/max-bytes.ts'
import { nodeInfo } from './nodes/node-info.ts'
import { NodeLinks } from './nodes/node-links.ts'
import { NodeOperations } from './rooms/node-operations.ts'
import { Publisher } from './publish/publisher.ts'
import { Readiness } from './readiness.ts'
import { createRoomEmitter, createUserEmitter } from './rooms/room-emitter.ts'
import { gateConnections } from './rates/connection-gate.ts'
import { RequestTurns } from './guard/request-turns.ts'
import { RateLimiter } from './rates/rate-limiter.ts'
import { RequestListeners } from './connection/request-listeners.ts'
import { Sessions } from './connection/sessions.ts'
import { settingsOf } from './settings.ts'
import type { SocketIoServer } from './socket-io.ts'

/**
 * Adds rooms that speak `roomful/1` to a Socket.IO server, or to one of its namespaces.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work.
 * @example
 * const rooms = createRooms(io, { contract: chat, authenticate: ({ auth }) => userOf(auth.token) })
 * rooms.handle('message', ({ data }) => ({ text: data.text.trim() }))
 * await rooms.to('general').emit('message', { text: 'hello' })
 */
export function createRooms<C extends AnyContract, Claims = undefined>(
  io: SocketIoServer,
  options: RoomsOptions<C, Claims>,
): Rooms<C, Claims> {
  const settings = settingsOf(options)
  warnOutdated()
  const { log, metrics, report } = settings
  const adapterCheck = new AdapterCheck({ isNeeded: log.nodes === undefined && !settings.singleProcess, report })
  adapterCheck.assertServer(io)
  const guard = new Guard(io, settings)
  const info = nodeInfo(settings)
  const maxBytes = maxNodeBytes(settings.limits)
  const links = log.nodes && new NodeLinks(log.nodes, { info, graceMs: settings.presenceGraceMs, maxBytes, report })
  if (links) new InfoCheck(links, info)
  const drain = new Drain()
  const callbacks = new CallbackRunner(settings.handlerTimeoutMs)
  const limiter = new RateLimiter({ rates: settings.rates, metrics, now: () => performance.now() })
  const removeGate = gateConnections(io, { limiter, readAddress: settings.readAddress })
  const rules = new EventRules(settings, callbacks)
  const activeRooms = new ActiveRooms({
    io,
    log,
    metrics,
    report,
    maxMembers: settings.limits.members,
    pageBytes: settings.limits.pageBytes,
    mergePresence: createPresenceMerge(settings),
    nodes: links && { links, graceMs: settings.presenceGraceMs },
    ...createMemberHooks(settings, callbacks),
  })
  const leaveDelay = new LeaveDelay(settings.presenceGraceMs)
  const publisher = new Publisher({ rules, activeRooms, callbacks, drain, settings })
  const turns = new RequestTurns()
  const listeners = new RequestListeners(settings.authenticate !== undefined)
  const parts = {
    listeners,
    settings,
    guard,
    limiter,
    turns,
    callbacks,
    drain,
    rules,
    activeRooms,
    leaveDelay,
    publisher,
    adapterCheck,
  }
  const sessions = new Sessions(io, parts)
  const nodeOperations = new NodeOperations({ sessions, activeRooms, links })

  const closeDown = (): Promise<void> =>
    closeRooms({
      settings,
      guard,
      drain,
      callbacks,
      sessions,
      leaveDelay,
      activeRooms,
      links,
      nodeOperations,
      removeGate,
    })
  const readiness = new Readiness({ log, drain, report })
  let closed: Promise<void> | undefined
  return {
    ...createOperations<C>({ settings, drain, activeRooms, nodeOperations }),
    handle: (event, handler) => rules.handle(event as string, handler as Handler),
    to: (room) => createRoomEmitter(room, { rules, drain, activeRooms, report }),
    toUser: (userId) => createUserEmitter(userId, { rules, drain, activeRooms, report }),
    userOf: (socket) => sessions.userOf(socket) as User<C> | undefined,
    metrics: () => metrics.snapshot({ ...sessions.measure(), ...activeRooms.measure() }),
    networkOf: ({ handshake }) => settings.readAddress(handshake.address, handshake.headers).network,
    newEpoch: () =>
      drain.run(async () => {
        await log.newEpoch()
        await nodeOperations.newEpoch()
      }),
    isReady: () => readiness.isReady(),
    close: () => (closed ??= closeDown()),
  }
}
