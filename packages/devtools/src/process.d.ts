/** Bundlers replace `process.env.NODE_ENV`, and then leave out what is for development only. */
declare const process: { readonly env: { readonly NODE_ENV?: string } }
