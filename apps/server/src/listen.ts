import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** @throws Error with one line that names `variable`, if the address cannot be used. */
export function listen(http: Server, port: number, host: string, variable: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const problem =
        cause.code === 'EADDRINUSE'
          ? `is in use: set ${variable} to another port, or to 0 for any free port`
          : `cannot be used: ${cause.message}`
      reject(new Error(`port ${port} of ${host} ${problem}`, { cause }))
    }
    http.once('error', onError)
    http.listen(port, host, () => {
      http.off('error', onError)
      resolve(http.address() as AddressInfo)
    })
  })
}
