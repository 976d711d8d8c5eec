import { defineContract, typeOnly } from '@roomful/contract'

/** The contract of the benchmarks. It has no schemas, because their cost would be part of the results. */
export const chat = defineContract({
  clientToServer: {},
  serverToClient: {},
  room: { message: typeOnly<{ text: string }>() },
  user: typeOnly<{ id: string }>(),
})
