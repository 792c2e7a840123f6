"""Every address, in the order of the line: the table of contents."""

from django.contrib.auth import views as auth_views
from django.urls import path

from editor.views import (
    accounts,
    adjusting,
    archives,
    bulk,
    downloads,
    drafts,
    extending,
    files,
    frames,
    gallery,
    health,
    jobs,
    lineage,
    metrics,
    pictures,
    preferences,
    prompts,
    queue,
    selecting,
    shared_pages,
    shares,
    static_files,
    variants,
    viewer,
)

app_name = "editor"

urlpatterns = [
    # 1. Upload
    path("", pictures.home, name="home"),
    path("pictures/", pictures.upload, name="upload"),
    # 2. Paint
    path("pictures/<uuid:pk>/", pictures.studio, name="studio"),
    path("pictures/<uuid:pk>/frame/", frames.frame, name="picture_frame"),
    path("pictures/<uuid:pk>/strip/", variants.strip, name="picture_strip"),
    path("pictures/<uuid:pk>/outline/", selecting.outline, name="picture_outline"),
    path("pictures/<uuid:pk>/masks/", selecting.masks, name="picture_masks"),
    path("pictures/<uuid:pk>/delete/", pictures.delete, name="picture_delete"),
    path("pictures/<uuid:pk>/draft/", drafts.draft, name="picture_draft"),
    path("pictures/<uuid:pk>/extend/", extending.extend, name="picture_extend"),
    path("pictures/<uuid:pk>/prompts/", prompts.prompts, name="picture_prompts"),
    path("templates/", prompts.save, name="template_save"),
    path("templates/<uuid:pk>/rename/", prompts.rename, name="template_rename"),
    path("templates/<uuid:pk>/delete/", prompts.delete, name="template_delete"),
    # The files behind the pages, each with its owner check
    path("pictures/<uuid:pk>/thumb/", files.thumb, name="picture_thumb"),
    path("pictures/<uuid:pk>/card/", files.card, name="picture_card"),
    path("pictures/<uuid:pk>/preview/", files.preview, name="picture_preview"),
    path("pictures/<uuid:pk>/full/", files.full, name="picture_full"),
    path("pictures/<uuid:pk>/original/", files.original, name="picture_original"),
    path("pictures/<uuid:pk>/download/", downloads.download, name="picture_download"),
    path("masks/<uuid:pk>/", files.mask, name="mask_file"),
    path("drafts/<uuid:pk>/mask/", drafts.mask, name="draft_mask"),
    path("results/<int:pk>/raw/", files.raw, name="result_raw"),
    path("results/<int:pk>/layers/", adjusting.layers, name="result_layers"),
    path("attempts/<uuid:pk>/unusable/", files.unusable, name="attempt_unusable"),
    # 3. Submit
    path("pictures/<uuid:pk>/edit/", jobs.submit, name="submit"),
    # 4.-6. Follow one job
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/status/", jobs.status, name="job_status"),
    path("jobs/<uuid:pk>/card/", jobs.card, name="job_card"),
    path("jobs/<uuid:pk>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.retry, name="job_retry"),
    path("jobs/<uuid:pk>/pay-again/", jobs.pay_again, name="job_pay_again"),
    path("jobs/<uuid:pk>/give-up/", jobs.give_up, name="job_give_up"),
    path("jobs/<uuid:pk>/look-again/", jobs.look_again, name="job_look_again"),
    path("jobs/<uuid:pk>/adjust/", adjusting.adjust, name="adjust"),
    path("jobs/<uuid:pk>/run-next/", queue.run_next, name="job_run_next"),
    path("queue/", queue.queue, name="queue"),
    path("queue/cancel/", queue.cancel_all, name="queue_cancel_all"),
    path("queue/gate/", queue.gate, name="queue_gate"),
    path("queue/count/", queue.count, name="queue_count"),
    # 8. The past
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/actions/", bulk.gallery_action, name="gallery_action"),
    path("pictures/<uuid:pk>/tree/", lineage.tree, name="picture_tree"),
    path("pictures/<uuid:pk>/compare/<uuid:other>/", lineage.compare, name="picture_compare"),
    # Share links: one's own, and what they open for anybody who has one
    path("shares/", shares.shares, name="shares"),
    path("shares/new/", shares.share_new, name="share_new"),
    path("shares/<uuid:pk>/", shares.share_change, name="share_change"),
    path("shares/<uuid:pk>/renew/", shares.share_renew, name="share_renew"),
    path("shares/<uuid:pk>/revoke/", shares.share_revoke, name="share_revoke"),
    path("s/<slug:token>/", shared_pages.share, name="share"),
    path("s/<slug:token>/<uuid:picture>/<slug:kind>/", shared_pages.share_file, name="share_file"),
    # To take away
    path("archives/", archives.all_archives, name="archives"),
    path("archives/new/", archives.new, name="archive_new"),
    path("archives/<uuid:pk>/", archives.archive, name="archive"),
    path("archives/<uuid:pk>/file/", archives.file, name="archive_file"),
    path("archives/<uuid:pk>/again/", archives.again, name="archive_again"),
    path("archives/<uuid:pk>/delete/", archives.delete, name="archive_delete"),
    path("pictures/<uuid:pk>/view/", viewer.view, name="picture_view"),
    # Accounts
    path("setup/", accounts.setup, name="setup"),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", accounts.ChangePassword.as_view(), name="password_change"),
    path("preferences/studio/", preferences.studio_preferences, name="studio_preferences"),
    path("password/done/", accounts.PasswordChanged.as_view(), name="password_change_done"),
    # The server itself
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("static/<str:prefix>/<path:rest>", static_files.moved, name="static_moved"),
]
