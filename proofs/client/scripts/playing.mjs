// The scenes that every client in TypeScript plays, and what it prints of them: `playing.py` in another language.

import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50

/** Play the scene that the first argument describes. `connect` gives a peer with tools, call, resource, prompt, close. */
export async function main(connect) {
  const job = JSON.parse(process.argv[2])
  let peer
  try {
    peer = await connect(job)
    await SCENES[job.scene](peer, job)
  } catch (fault) {
    tell('connects', 'no', String(fault))
  }
  await peer?.close()
}

async function session(peer, job) {
  tell('connects', 'yes')
  let reply
  await attempt('lists', async () => {
    const names = await peer.tools()
    return job.tools.filter((name) => !names.includes(name)).join()
  })
  await attempt('asks', async () => {
    reply = await peer.call('fusion_ask', { question: job.quickly }, {})
    return text(reply).includes(job.answer) ? '' : text(reply)
  })
  await attempt('structured', async () => (reply.structuredContent.answer === job.answer ? '' : 'another answer'))
  await attempt('progress', async () => {
    const heard = []
    await peer.call('fusion_ask', { question: job.slowly }, { onprogress: (told) => heard.push(told.message) })
    return heard.some(Boolean) ? '' : 'none came'
  })
  await attempt('resource', async () => {
    const read = (await peer.resource(job.resource)).contents[0].text
    return read.includes(job.preset) ? '' : read
  })
  await attempt('prompt', async () => {
    const said = (await peer.prompt('fusion_ask', { question: job.quickly })).messages[0].content.text
    return said.includes(job.quickly) ? '' : said
  })
}

async function outlasting(peer, job) {
  await attempt('outlasts', async () => {
    const watched = job.scene === 'patient' ? { onprogress: () => {}, ...job.settings } : job.settings
    let reply = await peer.call('fusion_ask', { question: job.lengthily }, watched)
    let handed = 0
    const end = Date.now() + 1000 * job.within_s
    while (!text(reply).includes(job.answer) && Date.now() < end) {
      if (!reply.structuredContent) return text(reply)
      handed += 1
      const { run_id } = reply.structuredContent
      reply = await peer.call('fusion_result', { run_id, wait_s: job.wait_s }, watched)
    }
    if (!text(reply).includes(job.answer)) return text(reply)
    return handed || job.may_be_whole ? '' : 'it was never handed over'
  })
}

async function cancelling(peer, job) {
  const controller = new AbortController()
  const asking = peer.call('fusion_ask', { question: job.endlessly }, { signal: controller.signal }).catch(() => null)
  await until(job.busy)
  controller.abort('the person has changed their mind')
  await asking
  tell('cancelled', 'yes')
  await until(job.over)
}

const SCENES = { session, outlasting, cancelling, patient: outlasting }

const text = (reply) => reply.content.map((block) => block.text).join('')

async function until(file) {
  while (!existsSync(file)) await sleep(POLL_MS)
}

async function attempt(feature, trying) {
  try {
    const wrong = await trying()
    tell(feature, wrong ? 'no' : 'yes', wrong)
  } catch (fault) {
    tell(feature, 'no', String(fault))
  }
}

function tell(feature, verdict, why = '') {
  console.log(JSON.stringify({ feature, verdict, why: why.slice(0, 500) }))
}
