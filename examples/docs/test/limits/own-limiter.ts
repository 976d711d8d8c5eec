import { defineContract } from '@roomful/contract'
import { createRooms, type RateCheck } from '@roomful/server'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Server } from 'socket.io'
import { z } from 'zod'

const contract = defineContract({
  room: { message: z.object({ text: z.string().max(4_000) }) },
  user: z.object({ id: z.string() }),
})

/** 10 messages a second for each user. With several servers, RateLimiterRedis takes the same options and a Redis client. */
const messages = new RateLimiterMemory({ points: 10, duration: 1 })

const rateCheck: RateCheck = async ({ action, userId }) => {
  if (action !== 'publish' || userId === undefined) return
  try {
    await messages.consume(userId)
  } catch (error) {
    if (error instanceof RateLimiterRes) return { afterMs: error.msBeforeNext }
    throw error // the limiter is away: reported to onError, and the messages are accepted
  }
}

export function serve(io: Server) {
  return createRooms(io, { contract, rateCheck, authenticate: ({ auth }) => ({ id: String(auth['name']) }) })
}
