import { io } from 'socket.io-client'

/** Somebody's app: it connects when it is imported, as it likes, and lets nobody say how. */
export const socket = io('https://chat.example', { reconnectionDelay: 10, reconnectionDelayMax: 20 })
