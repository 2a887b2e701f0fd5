{% load static %}// Keeps the look and one offline page, so that a lost network is said in words. No page with
// anybody's data is ever stored: pages always come from the network.
const SHELL = "tph-{{ shell }}";
const FILES = ["{% url 'citizen:offline' %}", "{% static 'tph/tph.css' %}", "{% static 'tph/icon.svg' %}"];
self.addEventListener("install", event => event.waitUntil(caches.open(SHELL).then(cache => cache.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener("activate", event => event.waitUntil(caches.keys().then(names => Promise.all(names.filter(name => name !== SHELL).map(name => caches.delete(name)))).then(() => self.clients.claim())));
self.addEventListener("fetch", event => {
  const request = event.request;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(FILES[0])));
  else if (FILES.slice(1).includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => caches.match(request)));
});
