import { defineContract } from '@roomful/contract'
import { z } from 'zod'

export const chat = defineContract({ room: { message: z.object({ text: z.string().min(1) }) } })
