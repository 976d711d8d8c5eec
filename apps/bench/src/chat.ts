import { defineContract, typeOnly } from '@roomful/contract'

/** What is said in the rooms of the benchmarks. No schema: it would be measured as well. */
export const chat = defineContract({
  clientToServer: {},
  serverToClient: {},
  room: { message: typeOnly<{ text: string }>() },
  user: typeOnly<{ id: string }>(),
})
