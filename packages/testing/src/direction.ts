/** The direction of data between a client and a server. */
export type Direction = 'toServer' | 'toClient'
