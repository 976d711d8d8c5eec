/** The client that the servers are tried with: the sources, or the installed package in the folder ROOMFUL_INSTALLED. */
export const roomfulClient: typeof import('@roomful/client') = await load()

function load(): Promise<typeof import('@roomful/client')> {
  const folder = process.env['ROOMFUL_INSTALLED']
  const installed = `${folder}/node_modules/@roomful/client/dist/index.js`
  return folder === undefined
    ? import('@roomful/client')
    : (import(/* @vite-ignore */ installed) as Promise<typeof import('@roomful/client')>)
}
