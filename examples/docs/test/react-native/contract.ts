import { defineContract, typeOnly } from '@roomful/client'

export const chat = defineContract({
  room: { message: typeOnly<{ text: string }>() },
  user: typeOnly<{ id: string }>(),
})
