import { io } from 'socket.io-client'

/** An app's own module: it connects when it is imported, and a test cannot change its options. */
export const socket = io('https://mock.example', { reconnectionDelay: 10, reconnectionDelayMax: 20 })
