import { connectionCases } from './connection-cases.ts'
import { eventCases } from './event-cases.ts'
import type { Case } from './harness.ts'
import { roomCases } from './room-cases.ts'

/** The behaviour of Socket.IO, which must be the same over TCP, in memory and through msw. */
export const cases: readonly Case[] = [...connectionCases, ...eventCases, ...roomCases]
