// The TypeScript SDK 1, as its documentation shows it.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { main } from './playing.mjs'

const here = createRequire(`${process.env.CLIENT_FOLDER}/package.json`)
const part = (name) => import(pathToFileURL(here.resolve(`@modelcontextprotocol/sdk/${name}`).replace('/cjs/', '/esm/')))
const { Client } = await part('client/index.js')
const { StdioClientTransport } = await part('client/stdio.js')
const { StreamableHTTPClientTransport } = await part('client/streamableHttp.js')

await main(async (job) => {
  const [command, ...args] = job.command
  const transport =
    job.door === 'stdio'
      ? new StdioClientTransport({ command, args, env: job.environ })
      : new StreamableHTTPClientTransport(new URL(job.url), { requestInit: { headers: job.headers } })
  const client = new Client({ name: 'proof', version: '1' })
  await client.connect(transport)
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    resource: (uri) => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    close: () => client.close(),
  }
})
