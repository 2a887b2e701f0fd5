// Two small comforts; every page works without them.
if ("serviceWorker" in navigator && document.querySelector("link[rel=manifest]")) navigator.serviceWorker.register("/m/worker.js", { scope: "/m/" }).catch(() => {});
document.querySelectorAll("[data-print]").forEach(button => { button.hidden = false; });
document.addEventListener("click", event => { if (event.target.closest("[data-print]")) window.print(); });
