import { connectionCases } from './connection-cases.ts'
import { eventCases } from './event-cases.ts'
import { roomCases } from './room-cases.ts'
import type { Case } from './stage.ts'

/** What Socket.IO does, whatever carries it. */
export const cases: readonly Case[] = [...connectionCases, ...eventCases, ...roomCases]
