import { createClient, plainRooms } from '@roomful/client'

type Answer = { error?: string } | undefined

export const connect = (url: string) =>
  createClient({
    url,
    rooms: plainRooms({
      acks: true,
      refusalOf: (ack) => {
        const { error } = (ack as Answer) ?? {}
        return error === undefined ? undefined : { code: error.toUpperCase(), message: `the server said: ${error}` }
      },
      isRetryable: ({ code, message }) => code === 'BUSY' || message === 'too many connections',
    }),
  })
