import { serverAddress } from './server-address.ts'

/** The server that this page talks to. */
export const server = serverAddress(location, import.meta.env['VITE_SERVER_URL'] as string | undefined)
