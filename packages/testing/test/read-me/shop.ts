import { io } from 'socket.io-client'

const socket = io('https://shop.example')

export const order = (what: string): Promise<unknown> => socket.timeout(1_000).emitWithAck('order', what)
