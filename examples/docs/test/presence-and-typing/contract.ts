import { defineContract } from '@roomful/client'
import { z } from 'zod'

export const chat = defineContract({
  room: { message: z.object({ text: z.string() }) },
  user: z.object({ id: z.string() }),
  presence: z.object({ status: z.enum(['online', 'away']) }),
})
