import { defineContract, typeOnly } from '@roomful/client'
import { z } from 'zod'

export const chat = defineContract({
  room: { message: z.object({ text: z.string() }) },
  user: typeOnly<{ id: string; name: string }>(),
})
