import { defineContract } from '@roomful/contract'
import { createRooms, type RateCheck } from '@roomful/server'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Server } from 'socket.io'
import { z } from 'zod'

export const contract = defineContract({
  room: { message: z.object({ text: z.string().max(4_000) }) },
  user: z.object({ id: z.string() }),
})

/** Limits the messages of each user. */
export function checkBy(limiter: RateLimiterAbstract): RateCheck {
  return async ({ action, userId }) => {
    if (action !== 'publish' || userId === undefined) return
    try {
      await limiter.consume(userId)
    } catch (error) {
      if (error instanceof RateLimiterRes) return { afterMs: error.msBeforeNext }
      throw error // the limiter is away: reported to onError, and the messages are accepted
    }
  }
}

/** 10 messages a second. */
const rateCheck = checkBy(new RateLimiterMemory({ points: 10, duration: 1 }))

export function serve(io: Server) {
  return createRooms(io, { contract, rateCheck, authenticate: ({ auth }) => ({ id: String(auth['name']) }) })
}
