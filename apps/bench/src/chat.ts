import { defineContract, typeOnly } from '@roomful/contract'
import type { StormEvent } from './storm-types.ts'

/** The contract of the benchmarks. It has no schemas, because their cost would be part of the results. */
export const chat = defineContract({
  clientToServer: {},
  serverToClient: {},
  room: { message: typeOnly<{ text: string }>(), tick: typeOnly<StormEvent>() },
  user: typeOnly<{ id: string }>(),
})
