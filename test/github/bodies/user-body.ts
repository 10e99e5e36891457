import type { User } from '../state/entities.ts'
import type { World } from '../world.ts'

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64')
}

/** GitHub's times have whole seconds. */
export function time(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

export function userBody(world: World, user: User) {
  const url = `${world.api}/users/${encodeURIComponent(user.login)}`
  const page = user.type === 'Bot' ? `apps/${user.login.replace('[bot]', '')}` : user.login
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user.type, user.id),
    avatar_url: `${world.url}/avatars/u/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `${world.url}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  }
}

/** What `GET /users/{username}` adds to it. */
export function publicUserBody(world: World, user: User) {
  return {
    ...userBody(world, user),
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
  }
}
